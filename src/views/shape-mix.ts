/** How often each shape was drawn for each kind of task, `family/attribute` or just the family. */
export type ShapeMix = { readonly [kind: string]: Shapes };
type Shapes = { readonly [shape: string]: number };

/** A mix with more shapes drawn for one kind of task. */
export function withShapes(mix: ShapeMix, kind: string, shapes: Shapes): ShapeMix {
  return { ...mix, [kind]: sum(mix[kind] ?? {}, shapes) };
}

/** A mix by family, whatever the attributes. */
export function byFamily(mix: ShapeMix): ShapeMix {
  return Object.entries(mix).reduce<ShapeMix>((families, [kind, shapes]) => {
    const [family = ''] = kind.split('/');
    return withShapes(families, family, shapes);
  }, {});
}

function sum(some: Shapes, more: Shapes): Shapes {
  const all: { [shape: string]: number } = { ...some };
  for (const [shape, count] of Object.entries(more)) all[shape] = (all[shape] ?? 0) + count;
  return all;
}
