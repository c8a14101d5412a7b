import { Text as InkText, type TextProps } from 'ink';
import { Children, type ReactNode } from 'react';
import { inColumns } from '../core/printable.ts';

/** Text on a screen: Ink's, with every string in it printable, since models wrote some of them. Screens use no other. */
export function Text({ children, ...look }: TextProps): ReactNode {
  const shown = Children.map(children, (child) => (typeof child === 'string' ? inColumns(child) : child));
  return <InkText {...look}>{shown}</InkText>;
}
