export const style = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #667; --line: #dde1ea; --page: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9f0; --soft: #99a; --line: #333a48; --page: #14171f; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 2rem 1.2rem 4rem; }
h1 { font-size: 1.8rem; margin: 0 0 1rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .7rem; padding-top: .8rem; border-top: 1px solid var(--line); }
figure { margin: 0; } .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 1rem; }
.plots svg { width: 100%; height: auto; } img { max-width: 100%; image-rendering: pixelated; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .6rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; } th { color: var(--soft); font-weight: 600; }
@media print { section { break-inside: avoid; } }
`;
