import { quotaAmounts, quotaLeft } from '../measures/quota.ts';
import type { Row } from '../model.ts';

export const quota: Row = {
  title: 'What providers grant',
  height: 7,
  details: 'ai',
  panels: [quotaLeft, quotaAmounts],
};
