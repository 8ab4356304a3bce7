// Twelve mistakes in a pipeline of ours, of DVC and of Snakemake, and what each program prints: docs/errors-compared.md.
//
//     PEERS=/path/to/venv/bin npm run bench:errors        dvc and snakemake from PyPI, and git
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const peers = process.env.PEERS ?? '';
const launcher = resolve('src/build/launch.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'pipe-errors-'));

const ours = (stages, top = '') => `version: 1\nname: p\n${top}stages:\n${stages}`;
const data = '  download: { dataset: shapes10, limit: 1000 }\n';
const build =
  '  build: { input: [32, 32, 3], layers: [{ flatten: {} }, { dense: { units: 10, activation: softmax } }] }\n';
const train = (keys = 'model: build, data: download, epochs: 3') => `  train: { ${keys} }\n`;
const dvc = (train, rest = '') =>
  `${rest}stages:\n  prepare:\n    cmd: echo 1 > data.txt\n    outs: [data.txt]\n  train:\n${train}`;
const smk = (train, rest = '') =>
  `${rest}rule all:\n    input: "model.txt"\n\nrule prepare:\n    output: "data.txt"\n    shell: "echo 1 > {output}"\n\nrule train:\n${train}`;

const mistakes = [
  {
    title: 'A misspelt key',
    pipe: ours(data + build + train('model: build, data: download, epoch: 3')),
    dvc: dvc('    cmd: echo 2 > model.txt\n    dep: [data.txt]\n    outs: [model.txt]\n'),
    snakemake: smk('    inptu: "data.txt"\n    output: "model.txt"\n    shell: "echo 2 > {output}"\n'),
  },
  {
    title: 'A key that is missing',
    pipe: ours(data + build + train('model: build, data: download')),
    dvc: dvc('    deps: [data.txt]\n    outs: [model.txt]\n'),
    snakemake: smk('    input: "data.txt"\n    shell: "echo 2 > model.txt"\n'),
  },
  {
    title: 'A value of the wrong type',
    pipe: ours(data + build + train('model: build, data: download, epochs: "3"')),
    dvc: dvc('    cmd: echo 2 > model.txt\n    deps: data.txt\n    outs: [model.txt]\n'),
    snakemake: smk(
      '    input: "data.txt"\n    output: "model.txt"\n    threads: "three"\n    shell: "echo 2 > {output}"\n',
    ),
  },
  {
    title: 'A reference to what does not exist',
    pipe: ours(data + build + train('model: biuld, data: download, epochs: 3')),
    dvc: dvc('    cmd: echo 2 > model.txt\n    deps: [dtaa.txt]\n    outs: [model.txt]\n'),
    snakemake: smk('    input: "dtaa.txt"\n    output: "model.txt"\n    shell: "echo 2 > {output}"\n'),
  },
  {
    title: 'A cycle',
    pipe: ours(
      `${data}  normalize: { data: augment }\n  augment: { data: normalize, rotation: 20 }\n${build}${train('model: build, data: augment, epochs: 3')}`,
    ),
    dvc: 'stages:\n  prepare:\n    cmd: cp model.txt data.txt\n    deps: [model.txt]\n    outs: [data.txt]\n  train:\n    cmd: cp data.txt model.txt\n    deps: [data.txt]\n    outs: [model.txt]\n',
    snakemake:
      'rule all:\n    input: "model.txt"\n\nrule prepare:\n    input: "model.txt"\n    output: "data.txt"\n    shell: "cp {input} {output}"\n\nrule train:\n    input: "data.txt"\n    output: "model.txt"\n    shell: "cp {input} {output}"\n',
  },
  {
    title: 'A variable that does not exist',
    pipe: ours(
      data + build + train('model: build, data: download, epochs: "${epoch}"'),
      'vars: { epochs: 3 }\n',
    ),
    dvc: dvc(
      '    cmd: echo ${epoch} > model.txt\n    deps: [data.txt]\n    outs: [model.txt]\n',
      'vars:\n  - epochs: 3\n',
    ),
    snakemake: smk(
      '    input: "data.txt"\n    output: "model.txt"\n    params: e=epoch\n    shell: "echo {params.e} > {output}"\n',
      'epochs = 3\n\n',
    ),
  },
  {
    title: 'Two outputs in the same place',
    pipe: ours('  a: { kind: command, run: "echo 1 > x", out: { x: x.txt, y: x.txt } }\n'),
    dvc: dvc('    cmd: echo 2 > data.txt\n    outs: [data.txt]\n'),
    snakemake: smk(
      '    input: "data.txt"\n    output: "model.txt", "model.txt"\n    shell: "echo 2 > {output}"\n',
    ),
  },
  {
    title: 'A bracket that is not closed',
    pipe: ours(`${data}${build}  train: { model: build, data: download, epochs: 3\n`),
    dvc: dvc('    cmd: echo 2 > model.txt\n    deps: [data.txt\n    outs: [model.txt]\n'),
    snakemake: smk('    input: ["data.txt"\n    output: "model.txt"\n    shell: "echo 2 > {output}"\n'),
  },
  {
    title: 'A key twice',
    pipe: ours(data + build + train('model: build, data: download, epochs: 3, epochs: 4')),
    dvc: dvc('    cmd: echo 2 > model.txt\n    cmd: echo 3 > model.txt\n    outs: [model.txt]\n'),
    snakemake: smk(
      '    input: "data.txt"\n    input: "data.txt"\n    output: "model.txt"\n    shell: "echo 2 > {output}"\n',
    ),
  },
  {
    title: 'A name on the command line that nothing has',
    pipe: ours(data + build + train()),
    dvc: dvc('    cmd: echo 2 > model.txt\n    deps: [data.txt]\n    outs: [model.txt]\n'),
    snakemake: smk('    input: "data.txt"\n    output: "model.txt"\n    shell: "echo 2 > {output}"\n'),
    args: { pipe: ['--set', 'tran.epochs=4'], dvc: ['tran'], snakemake: ['tran'] },
  },
  {
    title: 'A setting that contradicts the data: a batch larger than the data; a file where a folder is',
    pipe: ours(data + build + train('model: build, data: download, epochs: 3, batchSize: 5000')),
    dvc: dvc('    cmd: echo 2 > data.txt/model.txt\n    deps: [data.txt]\n    outs: [data.txt/model.txt]\n'),
    snakemake: smk(
      '    input: "data.txt"\n    output: "data.txt/model.txt"\n    shell: "echo 2 > {output}"\n',
    ).replace('"model.txt"', '"data.txt/model.txt"'),
  },
  {
    title: 'Three mistakes at once: a misspelt key, a wrong type, an unknown reference',
    pipe: ours(data.replace('limit', 'limt') + build + train('model: biuld, data: download, epochs: "3"')),
    dvc: dvc('    cmd: echo 2 > model.txt\n    dep: [dtaa.txt]\n    outs: model.txt\n'),
    snakemake: smk(
      '    inptu: "dtaa.txt"\n    output: "model.txt"\n    threads: "three"\n    shell: "echo 2 > {output}"\n',
    ),
  },
];

function run(program, args, cwd) {
  const env = { ...process.env, NO_COLOR: '1', DVC_NO_ANALYTICS: '1', COLUMNS: '110' };
  const { stdout, stderr, status } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  const text = `${stdout ?? ''}${stderr ?? ''}`
    .replaceAll(cwd, '…')
    .replaceAll(scratch, '…')
    .replaceAll(dirname(peers), '…')
    // Snakemake's banner tells of the machine, not of the mistake.
    .replace(/Assuming unrestricted[\s\S]*?Config MD5:.*\n+/, '')
    .replaceAll(/^\[\w{3} \w{3} .*\]\n/gm, '')
    .replaceAll(/[ \t]+$/gm, '');
  return `${text.trimEnd()}\n(exit code ${status})`;
}

const programs = {
  pipe: (cwd, text, args = []) => {
    writeFileSync(join(cwd, 'p.yaml'), text);
    return run(process.execPath, [launcher, 'validate', 'p.yaml', ...args], cwd);
  },
  dvc: (cwd, text, args = []) => {
    run('git', ['init', '-q'], cwd);
    run(join(peers, 'dvc'), ['init', '-q'], cwd);
    writeFileSync(join(cwd, 'dvc.yaml'), text);
    return run(join(peers, 'dvc'), ['repro', '--dry', ...args], cwd);
  },
  snakemake: (cwd, text, args = []) => {
    writeFileSync(join(cwd, 'Snakefile'), text);
    return run(join(peers, 'snakemake'), ['-n', '--quiet', 'progress', '--nocolor', ...args], cwd);
  },
};

const version = (name) => spawnSync(join(peers, name), ['--version'], { encoding: 'utf8' }).stdout.trim();
const fence = '```';
const sections = mistakes.map(({ title, args = {}, ...files }, i) => {
  const shown = Object.entries(programs).map(([name, check]) => {
    const cwd = join(scratch, `${i}-${name}`);
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'package.json'), '{}');
    const called = args[name] ? ` (called with \`${args[name].join(' ')}\`)` : '';
    return `**${name}**${called}\n\n${fence}\n${check(cwd, files[name], args[name])}\n${fence}\n`;
  });
  return `## ${i + 1}. ${title}\n\n${shown.join('\n')}`;
});
rmSync(scratch, { recursive: true, force: true });
const head = `# The same mistakes in DVC and Snakemake

Twelve mistakes, each made in an equivalent pipeline of \`pipe\`, DVC ${version('dvc')} and Snakemake ${version('snakemake')}, and what each program
printed (Snakemake's banner left out): \`pipe validate\`, \`dvc repro --dry\`, \`snakemake -n\`. Written by \`npm run bench:errors\`; the files stand in
test/bench/errors-compared.mjs.

`;
writeFileSync('docs/errors-compared.md', `${head}${sections.join('\n')}`);
