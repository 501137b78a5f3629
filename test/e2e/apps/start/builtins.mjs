// Tells which modules of Node.js are loaded.
process.stdout.write(`${JSON.stringify(process.moduleLoadList)}\n`);
