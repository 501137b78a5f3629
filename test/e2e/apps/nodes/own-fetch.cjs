const http = require('node:http');

/** A transport of the application's own, of which the global fetch knows nothing. */
exports.ownFetch = function ownFetch(url, { method, headers, body, signal }) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method, headers: Object.fromEntries(new Headers(headers)), signal },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode, headers: answer.headers }));
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
};
