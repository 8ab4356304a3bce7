// Records a training's progress for trainings.values.json: node record-training.mjs FILE.yaml [--set …], on Linux.
// Seconds are the processor time of the stage's process: what else the machine does at the time does not count.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const args = ['src/build/launch.mjs', 'run', ...process.argv.slice(2), '--json'];
const pipe = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
const events = [];
let [pid, seconds, total] = ['', 0, 0];

createInterface({ input: pipe.stdout }).on('line', (line) => {
  const event = JSON.parse(line);
  if (event.stage !== 'train') return;
  if (event.type === 'stage-progress') {
    pid ||= execFileSync('pgrep', ['-P', String(pipe.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .at(-1);
    total = event.progress.total;
    events.push([processorTime(), Number(event.progress.done.toFixed(4))]);
  }
  if (event.type === 'stage-end') events.push([processorTime(), total]);
});
pipe.on('exit', () => console.log(JSON.stringify({ total, events })));

/** User and system time, in hundredths of a second; the last known once the process is gone. */
function processorTime() {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    seconds = (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {}
  return seconds;
}
