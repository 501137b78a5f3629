import { watchFetch } from './watch-fetch.mjs';

watchFetch();
