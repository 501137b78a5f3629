import { amplificationPanel, savedAndWastedPanel, timeLostPanel } from '../measures/attempt-panels.ts';
import type { Row } from '../model.ts';

export const worth: Row = {
  title: 'Is it worth it?',
  height: 8,
  panels: [savedAndWastedPanel({ width: 9 }), amplificationPanel({ width: 8 }), timeLostPanel({ width: 7 })],
};
