import { versioned } from '../components.ts';
import type { Kind } from '../kind.ts';

export const report: Kind = {
  name: 'report',
  inputs: () => [{ param: 'of', accepts: 'reported', list: true }],
  outputs: () => ({ page: { type: 'page', description: 'report.html, and each plot as SVG and CSV' } }),
  values: () => ({}),
  usesEngine: false,
  draws: () => false,
  components: () => versioned('report/page'),
  check: () => ({ diagnostics: [], forms: {} }),
};
