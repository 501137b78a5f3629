import { checkTimeline, overallHealth, patchTimeline } from '../measures/health.ts';
import type { Row } from '../model.ts';

export const health: Row = {
  title: 'Health',
  height: 7,
  details: 'health',
  panels: [overallHealth, checkTimeline, patchTimeline],
};
