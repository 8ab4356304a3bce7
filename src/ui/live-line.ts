/** The line of a stage that runs: as much of it as there is room for. */
import type { ChalkInstance } from 'chalk';
import type { Progress } from '../stages/context.ts';
import { duration } from './duration.ts';
import { cut, printable, widthOf } from './text.ts';

export function liveLine(
  progress: Progress | null,
  left: number | null,
  width: number,
  chalk: ChalkInstance,
): string {
  if (progress === null || width <= 0) return '';
  const { unit, done, total } = progress;
  const shown = Object.entries(progress.show ?? {}).map(([label, value]) => printable(item(label, value)));
  if (total === null) return cut([`${amount(done, unit)}`, ...shown].join('  '), width);
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const head = `${unit === 'bytes' ? '' : `${unit} `}${counted(done, unit)}/${counted(total, unit)}`;
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  const end = left === null ? [] : [`${duration(left)} left`];
  for (const [barWidth, items] of shapes(shown.length)) {
    const texts = [...shown.slice(0, items), ...end];
    const fixed = [`${head} `, `${percent}`, ...texts.map((text) => `  ${text}`)].join('');
    if (widthOf(fixed) + barWidth <= width)
      return `${head} ${bar(part, barWidth, chalk)}${percent}${texts.map((text) => `  ${text}`).join('')}`;
  }
  return cut(`${head}${percent}`, width);
}

/** Ever less: the bar shrinks, then the last of what is shown goes. */
function shapes(items: number): [bar: number, items: number][] {
  const bars: [number, number][] = [20, 10].map((width) => [width, items]);
  return [
    ...bars,
    ...Array.from({ length: items + 1 }, (_, i): [number, number] => [i === 0 ? 5 : 0, items - i]),
  ];
}

const item = (label: string, value: string): string =>
  label.includes('/') ? `${value} ${label}` : `${label} ${value}`;

function bar(part: number, width: number, chalk: ChalkInstance): string {
  const full = Math.round(part * width);
  return chalk.level > 0
    ? `${chalk.cyan('━'.repeat(full))}${chalk.dim('━'.repeat(width - full))}`
    : `${'━'.repeat(full)}${'─'.repeat(width - full)}`;
}

/** An epoch that runs is counted; of bytes people read megabytes. */
function counted(value: number, unit: string): string {
  return unit === 'bytes' ? amount(value, unit) : String(Math.ceil(value));
}

function amount(value: number, unit: string): string {
  if (unit !== 'bytes') return `${Math.ceil(value).toLocaleString('en-US')} ${unit}`;
  return value < 1e6 ? `${Math.round(value / 1e3)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}
