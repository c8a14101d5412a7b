import { hash } from 'node:crypto';
import { canonicalJson } from './json.ts';

/** SHA-256 of bytes or UTF-8 text, as 64 hex digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/** SHA-256 of a value's canonical JSON. */
export function hashJson(value: unknown): string {
  return sha256(canonicalJson(value));
}
