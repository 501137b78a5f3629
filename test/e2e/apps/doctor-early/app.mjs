import 'undici';

await fetch(process.env.UPSTREAM_URL);
