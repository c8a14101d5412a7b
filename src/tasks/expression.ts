/** Integer arithmetic as a tree: what an arithmetic task asks for, before it is put into words. */
export type Operator = '+' | '-' | '*';
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'operation';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

export function number(value: number): Expression {
  return { kind: 'number', value };
}

export function operation(left: Expression, operator: Operator, right: Expression): Expression {
  return { kind: 'operation', operator, left, right };
}

export function evaluate(tree: Expression): number {
  if (tree.kind === 'number') return tree.value;
  const left = evaluate(tree.left);
  const right = evaluate(tree.right);
  if (tree.operator === '+') return left + right;
  return tree.operator === '-' ? left - right : left * right;
}

/** JavaScript source with no more parentheses than needed. */
export function toSource(tree: Expression): string {
  if (tree.kind === 'number') return String(tree.value);
  const left = toSource(tree.left);
  const right = toSource(tree.right);
  const product = tree.operator === '*';
  const wrapLeft = product && isSum(tree.left);
  const wrapRight = (product && isSum(tree.right)) || (tree.operator === '-' && isSum(tree.right));
  return `${wrapLeft ? `(${left})` : left}${tree.operator}${wrapRight ? `(${right})` : right}`;
}

/** The computation's content: equal for trees that differ only in the order of their terms and factors. */
export function normalForm(tree: Expression): string {
  if (tree.kind === 'number') return String(tree.value);
  if (tree.operator === '*') return `(${factors(tree).sort().join('*')})`;
  return `(${terms(tree, '+').sort().join('')})`;
}

function factors(tree: Expression): string[] {
  if (tree.kind === 'number' || tree.operator !== '*') return [normalForm(tree)];
  return [...factors(tree.left), ...factors(tree.right)];
}

function terms(tree: Expression, sign: '+' | '-'): string[] {
  if (tree.kind === 'number' || tree.operator === '*') return [sign + normalForm(tree)];
  const opposite = sign === '+' ? '-' : '+';
  return [...terms(tree.left, sign), ...terms(tree.right, tree.operator === '+' ? sign : opposite)];
}

function isSum(tree: Expression): boolean {
  return tree.kind === 'operation' && tree.operator !== '*';
}
