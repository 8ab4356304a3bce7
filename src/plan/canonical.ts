import library from 'canonicalize';
import type { Json } from '../stages/kind.ts';

// The package's types declare an ES default export where its CommonJS gives the function itself.
const serialize: unknown = library;

/** Canonical JSON (RFC 8785): sorted keys, ECMAScript numbers, no white space. */
export function canonicalize(value: Json): string {
  if (typeof serialize !== 'function') throw new Error('canonicalize is no function');
  return String(serialize(value));
}
