// Before the agent: tells at the end which files were loaded after this one.
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => process.stdout.write(`${JSON.stringify(loaded)}\n`));
