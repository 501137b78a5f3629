// A script that calls the upstream and has then nothing left to do, but for what the environment wants of it.
const { UPSTREAM_URL, LISTEN, WORK, FOR_EVER } = process.env;

await (await fetch(`${UPSTREAM_URL}/plain`)).text();
if (LISTEN) {
  let times = 0;
  process.on('beforeExit', () => {
    times += 1;
    console.log(`beforeExit ${times}`);
    // Work of the application, for longer than the last export may take.
    if (WORK && times === 1) {
      setTimeout(() => fetch(`${UPSTREAM_URL}/last`).then(() => console.log('worked')), 3_000);
    }
  });
}
if (FOR_EVER) await new Promise(() => {});
