import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Finding } from '../nn/check/check.ts';
import type { Asked, Told } from '../nn/check/child.ts';
import { chooseEngine, type EngineChoice } from '../nn/engines.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, talk } from './output.ts';
import { readSettings } from './settings.ts';

/** Exit code 0 when the engine computes what it should, 1 when not. */
export async function test(wanted: string, flags: CommonFlags): Promise<number> {
  const { engineSettings } = readSettings(flags);
  // What is asked of a damaged library tells nothing of the machine.
  await refuseDamaged(engineSettings.folder, wanted);
  const engine = chooseEngine(wanted, { ...engineSettings, fresh: true });
  if (engine.name !== wanted) await refuseDamaged(engineSettings.folder, engine.name);
  if (!flags.json) print(`${engine.name}: ${engine.label}`);
  const findings = await check(engine, engineSettings.env, (finding) => {
    if (!flags.json) print(`  ${shown(finding)}`);
  });
  const wrong = findings.filter((finding) => finding.type !== 'speed' && finding.problem !== null);
  if (flags.json) printJson({ version: 1, engine: engine.identity, findings });
  else if (wrong.length > 0) (await talk()).line(`${wrong.length} of ${findings.length} checks failed`);
  return wrong.length === 0 ? 0 : 1;
}

/** Failure: `engine-broken`. */
async function refuseDamaged(folder: string, name: string): Promise<void> {
  const { damagedFiles } = await import('../nn/manifest.ts');
  const damaged = await damagedFiles(folder, name);
  if (damaged.length > 0)
    throw new Failure('engine-broken', `${damaged.join(', ')} is not what was installed`, {
      fix: `install it again: pipe engine install ${name}`,
    });
}

/** In a process of its own, as a stage has it. Failure: what it tells, or `engine-broken` when it dies. */
function check(
  engine: EngineChoice,
  env: NodeJS.ProcessEnv,
  tell: (finding: Finding) => void,
): Promise<Finding[]> {
  const file = fileURLToPath(new URL('./engine-test.js', import.meta.url));
  const child = fork(file, [], { env: { ...env, ...engine.env } });
  const findings: Finding[] = [];
  let failure: Failure | null = null;
  child.on('message', (told: Told) => {
    if (told.type === 'failed') {
      const { code, message, fix } = told.diagnostic;
      failure = new Failure(code, message, fix === undefined ? {} : { fix });
      return;
    }
    findings.push(told);
    tell(told);
  });
  child.send({ order: engine.order, speed: engine.rank !== null } satisfies Asked);
  return new Promise((done, failed) => {
    child.on('exit', (code, signal) => {
      if (code === 0) done(findings);
      else failed(failure ?? died(engine.name, signal ?? `exit code ${code}`));
    });
  });
}

function died(name: string, how: string): Failure {
  return new Failure('engine-broken', `the engine \`${name}\` died while it was tested (${how})`, {
    fix: `install it again: pipe engine install ${name}`,
  });
}

function shown(finding: Finding): string {
  if (finding.type === 'speed')
    return `${finding.says}: ${finding.imagesPerSecond.toFixed(1)} images a second`;
  return finding.problem === null ? `✔ ${finding.says}` : `✖ ${finding.says}: ${finding.problem}`;
}
