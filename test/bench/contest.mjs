// Programs that take turns: each reads commands from stdin and answers with a JSON line that has a `rate`.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** `rounds` turns after one to warm up; medians of the rates and of the first side's ratio to each other side's, round by round. */
export async function contest(name, command, sides, rounds) {
  const players = [];
  for (const [side, how] of Object.entries(sides)) {
    if (how) players.push({ side, ...(await start(how)), answers: [] });
    else console.log(`${name}: ${side} is left out, no Python is named for it`);
  }
  for (const player of players) await player.ask(command);
  for (let round = 0; round < rounds; round++)
    for (const player of players) player.answers.push(await player.ask(command));
  for (const player of players) player.end();
  const made = players.map(({ side, ready, answers }) => ({
    side,
    ready,
    median: median(answers.map(({ rate }) => rate)),
    answers,
  }));
  const [own, ...others] = made;
  const ratios = Object.fromEntries(
    others.map(({ side, answers }) => [
      side,
      median(answers.map(({ rate }, i) => own.answers[i].rate / rate)),
    ]),
  );
  console.log(
    `${name}: ${made.map(({ side, ready, median: rate }) => `${side} ${rate.toFixed(0)} img/s (${ready})`).join(', ')}`,
  );
  for (const [side, ratio] of Object.entries(ratios)) console.log(`  ${ratio.toFixed(2)}× ${side}`);
  return { name, ratios, sides: made };
}

/** Starts a side: `ask` sends it a command and gives its answer. */
export async function start({ command: [program, ...args], env }) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${program} ${args.join(' ')} ended`);
      if (value.startsWith('{')) return JSON.parse(value);
    }
  };
  const { ready } = await next();
  const ask = (what) => {
    child.stdin.write(`${what}\n`);
    return next();
  };
  return { ready, ask, end: () => child.stdin.end() };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
