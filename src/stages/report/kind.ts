import type { Kind } from '../kind.ts';

export const report: Kind = {
  name: 'report',
  inputs: () => [{ param: 'of', accepts: 'reported', list: true }],
  outputs: () => ({ page: { type: 'page', description: 'report.html, and each plot as SVG and CSV' } }),
  values: () => ({}),
  usesEngine: false,
  draws: () => false,
  components: () => [{ name: 'report/page', version: 5 }],
  check: () => ({ diagnostics: [], forms: {} }),
};
