const { Readable, Writable } = require('node:stream');

// Queries that run themselves, made as pg-copy-streams, pg-cursor and pg-query-stream make theirs.

/** COPY … FROM STDIN */
class CopyFrom extends Writable {
  rowCount = null;
  #begun = Promise.withResolvers();
  #ended = Promise.withResolvers();
  #connection;

  constructor(text) {
    super();
    this.text = text;
    this.#begun.promise.catch(() => {});
    this.#ended.promise.catch(() => {});
  }

  submit(connection) {
    this.#connection = connection;
    connection.query(this.text);
  }

  _write(chunk, _encoding, done) {
    this.#begun.promise.then(() => {
      this.#connection.sendCopyFromChunk(chunk);
      done();
    }, done);
  }

  _final(done) {
    this.#begun.promise
      .then(() => {
        this.#connection.endCopyFrom();
        return this.#ended.promise.then(() => done());
      })
      .catch(done);
  }

  handleCopyInResponse() {
    this.#begun.resolve();
  }

  handleCommandComplete({ text }) {
    this.rowCount = Number(text.split(' ')[1]);
  }

  handleReadyForQuery() {
    this.#ended.resolve();
  }

  handleError(error) {
    this.#begun.reject(error);
    this.#ended.reject(error);
  }
}

/** COPY … TO STDOUT */
class CopyTo extends Readable {
  constructor(text) {
    super({ read() {} });
    this.text = text;
  }

  submit(connection) {
    connection.query(this.text);
  }

  handleCopyOutResponse() {}

  handleCopyData({ chunk }) {
    this.push(chunk);
  }

  handleCommandComplete() {}

  handleReadyForQuery() {
    this.push(null);
  }

  handleError(error) {
    this.destroy(error);
  }
}

/** A portal that is read bit by bit. */
class Cursor {
  #connection;
  #rows = [];
  #reading;

  constructor(text) {
    this.text = text;
    this.described = new Promise((resolve) => {
      this.handleRowDescription = resolve;
    });
  }

  submit(connection) {
    this.#connection = connection;
    connection.parse({ text: this.text }, true);
    connection.bind({ values: [], portal: 'c' }, true);
    connection.describe({ type: 'P', name: 'c' }, true);
    connection.flush();
  }

  read(rows) {
    return this.#ask(() => {
      this.#connection.execute({ portal: 'c', rows }, true);
      this.#connection.flush();
    });
  }

  close() {
    return this.#ask(() => {
      this.#connection.close({ type: 'P', name: 'c' });
      this.#connection.sync();
    });
  }

  #ask(send) {
    this.#reading = Promise.withResolvers();
    send();
    return this.#reading.promise;
  }

  handleDataRow({ fields }) {
    this.#rows.push(String(fields[0]));
  }

  handlePortalSuspended() {
    this.#reading.resolve(this.#rows.splice(0));
  }

  handleCommandComplete() {
    this.#connection.sync();
  }

  handleReadyForQuery() {
    this.#reading?.resolve(this.#rows.splice(0));
  }

  handleError(error) {
    this.#reading?.reject(error);
  }
}

module.exports = { CopyFrom, CopyTo, Cursor };
