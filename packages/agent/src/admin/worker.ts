import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../report.ts';
import type { AdminThreadData, FromAdminThread, ToAdminThread } from './messages.ts';
import { SharedState } from './shared-state.ts';
import type { HealthSnapshot } from './snapshot.ts';
import { listen } from './worker/listen.ts';
import { BEAT_MS, Pulse } from './worker/pulse.ts';
import { Questions } from './worker/questions.ts';
import { routesOf } from './worker/routes.ts';
import { adminServer } from './worker/server.ts';
import { View } from './worker/view.ts';

// The entry of the admin thread. It loads node: modules and files of this directory alone, so that it is up in no time.

const { memory, settings } = workerData as AdminThreadData;
const shared = new SharedState(memory);
const pulse = new Pulse(
  () => shared.beats,
  () => performance.now(),
);
setInterval(() => pulse.look(), BEAT_MS);

const tell = (message: FromAdminThread): void => parentPort?.postMessage(message);
const questions = new Questions((id, question) => tell({ type: 'question', id, question }));
const view = new View(shared, settings, pulse);
parentPort?.on('message', (message: ToAdminThread) => {
  if (message.type === 'snapshot') view.snapshot = JSON.parse(message.json) as HealthSnapshot;
  else questions.answer(message.id, message.answer);
});

const server = adminServer({
  settings,
  routes: routesOf(view, questions),
  onError: (path, error) => tell({ type: 'failed', what: path, message: messageOf(error) }),
});
listen(server, settings, {
  onListening: (port) => tell({ type: 'listening', port }),
  onUnavailable: ({ code = '', message }) => tell({ type: 'unavailable', code, message }),
});
