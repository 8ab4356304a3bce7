import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { widthOf } from '../../src/ui/text.ts';

test('a text is as wide as string-width says it is', () => {
  const some = [
    'plain',
    '✔ ● ○ · … ━ ─ → −',
    '日本語',
    'e\u0301',
    '👍🏽',
    '👨‍👩‍👧',
    '🇩🇪',
    '1️⃣ # * 7',
    '☺ ☺️ © ™',
    'ｱ가',
    '\u001b[31mred\u001b[39m',
  ];
  for (const text of some) assert.equal(widthOf(text), stringWidth(text), JSON.stringify(text));
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.constantFrom(...some)).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, (one) => assert.equal(widthOf(one), stringWidth(one))),
    { numRuns: 2000 },
  );
});
