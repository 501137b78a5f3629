import { quotaAmounts, quotaLeft } from '../measures/quota.ts';
import type { Row } from '../model.ts';

export const quota: Row = {
  title: 'Quota of the provider',
  height: 7,
  details: 'limits',
  panels: [quotaLeft, quotaAmounts],
};
