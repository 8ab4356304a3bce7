// Schemas made small for a validator that only says yes or no: what a program reads at every start has to be little. Words are
// left out, every inner schema becomes a definition of its own (V8 compiles a function when it is first called), equal ones one.

/** All schemas as one, `{ $id, $defs }`; a kind's is `#/$defs/KIND`. */
export function compactSchemas(schemas, kindOf, $id) {
  const definitions = new Definitions();
  for (const schema of schemas) {
    const kind = kindOf(schema);
    for (const [name, inner] of Object.entries(schema.$defs ?? {}))
      definitions.all[`${kind}-${name}`] = definitions.compact(inner, kind, false);
    definitions.all[kind] = definitions.compact(schema, kind, false);
  }
  return { $id, $defs: definitions.all };
}

const words = ['$schema', '$id', '$defs', 'title', 'description', 'examples', 'x-fingerprint'];
const plain = [
  ...['type', 'default', 'const', 'enum', 'required', 'pattern', 'minLength', 'maxLength', 'uniqueItems'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'minProperties', 'maxProperties'],
];

class Definitions {
  all = {};
  #named = new Map();

  /** `inUnion`: inside an `anyOf`, where no default is filled in. */
  compact(schema, kind, inUnion) {
    const inner = (one) => (typeof one === 'object' ? this.#moved(one, kind, inUnion) : one);
    const made = Object.entries(schema).flatMap(([keyword, value]) => {
      if (words.includes(keyword)) return [];
      if (plain.includes(keyword)) return [[keyword, value]];
      switch (keyword) {
        case '$ref':
          return [[keyword, moved(value, kind)]];
        case 'properties':
          return [
            [keyword, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]))],
          ];
        case 'items':
        case 'additionalProperties':
        case 'propertyNames':
          return [[keyword, inner(value)]];
        case 'anyOf':
          return [[keyword, value.map((one) => this.#moved(one, kind, true))]];
        default:
          throw new Error(`schemas have the keyword \`${keyword}\`, which compact-schemas.mjs does not know`);
      }
    });
    return Object.fromEntries(made);
  }

  /** Its own default is filled in by whatever holds it. In a union a definition would fill in what lies inside, and it must not. */
  #moved(schema, kind, inUnion) {
    const { default: filled, ...made } = this.compact(schema, kind, inUnion);
    const keywords = Object.keys(made);
    const isSmall = keywords.length === 0 || (keywords.length === 1 && keywords[0] === '$ref');
    const text = JSON.stringify(made);
    const stays = isSmall || (inUnion && text.includes('"default"'));
    const own = stays ? made : { $ref: `#/$defs/${this.#nameOf(text)}` };
    return filled === undefined ? own : { ...own, default: filled };
  }

  #nameOf(text) {
    const name = this.#named.get(text) ?? `inner${this.#named.size}`;
    this.#named.set(text, name);
    this.all[name] ??= JSON.parse(text);
    return name;
  }
}

/** `common.schema.json#/$defs/seed` → `#/$defs/common-seed`; `#/$defs/layers` of build → `#/$defs/build-layers`. */
function moved(reference, kind) {
  const [file, path = ''] = reference.split('#');
  const target = file === '' ? kind : file.replace('.schema.json', '');
  return `#/$defs/${target}${path.replace('/$defs/', '-')}`;
}
