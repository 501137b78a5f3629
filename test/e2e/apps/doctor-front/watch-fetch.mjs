/** What a library does that wants to see each request. */
export function watchFetch() {
  const fetch = globalThis.fetch;
  globalThis.fetch = function watchedFetch(...args) {
    return fetch(...args);
  };
}
