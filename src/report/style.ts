const light = {
  page: '#f6f7f9',
  card: '#ffffff',
  ink: '#1c2330',
  soft: '#596273',
  line: '#dfe3ea',
  tint: '#eef1f6',
  accent: '#1f5fd0',
  c1: '#2563c9',
  c2: '#c2570c',
  c3: '#157f5b',
  c4: '#8a3fc0',
  c5: '#b42350',
  c6: '#0f7a94',
  c7: '#7a6100',
  c8: '#5b6472',
  good: '#157f5b',
  bad: '#b42318',
};
const dark: typeof light = {
  page: '#10131a',
  card: '#181c25',
  ink: '#e7eaf1',
  soft: '#a3adbf',
  line: '#2d3442',
  tint: '#212734',
  accent: '#8ab4ff',
  c1: '#6ea8ff',
  c2: '#ffa25c',
  c3: '#4fd0a0',
  c4: '#cf9bff',
  c5: '#ff8fab',
  c6: '#5fd0e6',
  c7: '#e6cb5c',
  c8: '#b3bccb',
  good: '#4fd0a0',
  bad: '#ff8f85',
};

export const lightColors: { readonly [name: string]: string } = light;
/** A colour for each of several series, told apart in both themes. */
export const seriesColor = (i: number): string => `var(--c${(i % colors) + 1})`;
export const colors = 8;

const variables = (colors: typeof light): string =>
  Object.entries(colors)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

export const style = `
:root{color-scheme:light;${variables(light)}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${variables(dark)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.6 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
a{color:var(--accent)}
header,main{max-width:1160px;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.4rem}
h1{font-size:clamp(1.6rem,4.5vw,2.3rem);line-height:1.2;margin:0 0 .5rem;letter-spacing:-.02em}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 .9rem;letter-spacing:-.01em}
h3{font-size:1rem;margin:1.4rem 0 .5rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:.6rem 0 0;padding:0;font-size:.92rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
main{padding-bottom:4rem}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.4rem 1.5rem;margin:1.1rem 0;overflow-wrap:anywhere}
section p{margin:.35rem 0;max-width:48rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(135px,1fr));gap:.8rem;margin:0 0 1.1rem}
.tile{background:var(--tint);border-radius:10px;padding:.75rem .95rem}
.tile b{display:block;font-size:1.55rem;line-height:1.25;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile span{display:block;color:var(--soft);font-size:.84rem;line-height:1.4}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,430px),1fr));gap:1.2rem 1.6rem}
figure{margin:0;min-width:0}figcaption{font-weight:600;font-size:.95rem;margin:0 0 .3rem}
.plot.broad{grid-column:1/-1}.canvas{max-width:100%}.broad .canvas{overflow-x:auto}.broad .still svg{min-width:640px}
.still svg{display:block;width:100%;height:auto}.live .still{display:none}
.plot .acts{display:flex;gap:.5rem;float:right;font-weight:400;font-size:.8rem}
.plot .acts a{color:var(--soft)}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--soft);font-size:.88rem}
.wide{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:.3rem 0}
th,td{text-align:left;padding:.3rem 1rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:normal}
td{max-width:44rem}th{color:var(--soft);font-weight:600;white-space:nowrap}.n{text-align:right;white-space:nowrap}
.settings{columns:21rem;column-gap:2rem}.settings>div{break-inside:avoid;padding-bottom:1.2rem}.settings h3{margin-top:0}.settings td{overflow-wrap:anywhere}.tight{white-space:nowrap}
.bar{display:inline-block;height:.62em;border-radius:3px;background:var(--c1);margin-right:.5em;vertical-align:baseline}
.sheet{display:inline-grid;grid-template-columns:auto minmax(0,1fr);max-width:100%;overflow-wrap:normal;gap:.3rem .6rem;font-size:.8rem;color:var(--soft)}
.sheet svg{max-width:100%;height:auto;display:block;border-radius:4px;image-rendering:pixelated}
.sheet .top{grid-column:2;display:grid;text-align:center;line-height:1.2}
.sheet .side{display:grid;align-items:center;text-align:right;line-height:1.15}
.scroll{overflow-x:auto;max-width:100%}
.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:.9rem;list-style:none;margin:0;padding:0;font-size:.84rem;line-height:1.35}
.mistakes svg{display:block;width:100%;height:auto;border-radius:6px;image-rendering:pixelated;margin-bottom:.3rem}
.good{color:var(--good)}.bad{color:var(--bad)}
pre{background:var(--tint);border-radius:8px;padding:.8rem 1rem;overflow-x:auto;font-size:.85rem;line-height:1.5}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
.left-out{color:var(--soft);font-size:.9rem}
blockquote{margin:.8rem 0;padding-left:1rem;border-left:3px solid var(--line);color:var(--soft)}
.sheet.named{min-width:34rem;max-width:none;grid-template-columns:auto minmax(min-content,1fr)}.sheet.named svg{min-width:100%}
@media (max-width:600px){body{font-size:15px}header,main{padding-left:.8rem;padding-right:.8rem}section{padding:1.1rem 1rem;border-radius:10px}.mistakes{grid-template-columns:repeat(auto-fill,minmax(88px,1fr))}}
@media print{:root{color-scheme:light;${variables(light)}}body{background:#fff;font-size:11pt}section{border:0;border-top:1px solid var(--line);border-radius:0;padding:1rem 0;break-inside:auto}
figure,tr,.tile,.mistakes li{break-inside:avoid}h2,h3{break-after:avoid}nav,.acts,details:not([open]){display:none}.live .still{display:block}.live .chart{display:none}*{print-color-adjust:exact}}
`.trim();
