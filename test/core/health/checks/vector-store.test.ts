import { describe, expect, it, vi } from 'vitest';
import { VectorStoreHealthCheck } from '../../../../packages/core/src/health/checks/vector-store.ts';

const run = (store: object, options = {}) => new VectorStoreHealthCheck('store', store, options).check();

describe('VectorStoreHealthCheck', () => {
  it('pings, then asks its health check, then reads collections: the first that there is', async () => {
    const ping = vi.fn(() => false);
    const health_check = vi.fn(() => true);
    const get_collection = vi.fn(() => ({}));
    const accessible = { status: 'healthy', message: 'Store accessible' };
    expect(await run({ get_collection, health_check, ping })).toMatchObject(accessible);
    expect([ping, health_check, get_collection].map((fn) => fn.mock.calls.length)).toEqual([1, 0, 0]);
    expect(await run({ get_collection, health_check })).toMatchObject(accessible);
    expect(await run({ get_collection })).toMatchObject(accessible);
    expect([ping, health_check, get_collection].map((fn) => fn.mock.calls.length)).toEqual([1, 1, 1]);
  });

  it('knows the names that clients in JavaScript use', async () => {
    for (const name of [
      'healthCheck',
      'heartbeat',
      'getCollections',
      'listCollections',
      'list_collections',
      'getCollection',
    ]) {
      expect(await run({ [name]: async () => 1 })).toMatchObject({ status: 'healthy' });
    }
  });

  it('reads the list where there is one, since one collection cannot be read without its name', async () => {
    const getCollection = vi.fn(() => Promise.reject(new Error('no name')));
    expect((await run({ getCollection, getCollections: async () => [] })).status).toBe('healthy');
    expect(getCollection).not.toHaveBeenCalled();
  });

  it('asks for the collection that must be there', async () => {
    const getCollection = vi.fn(async (name: string) => {
      if (name !== 'docs') throw new Error(`no collection ${name}`);
    });
    const store = { getCollections: async () => [], getCollection };
    expect((await run(store, { collection: 'docs' })).status).toBe('healthy');
    expect((await run(store, { collection: 'gone' })).message).toBe('Check failed: Error: no collection gone');
  });

  it('believes a health check of its own that says no, or what it is', async () => {
    expect((await run({ health_check: async () => false })).status).toBe('unhealthy');
    expect((await run({ healthCheck: async () => ({ status: 'degraded', message: 'rebuilding' }) })).status).toBe(
      'degraded',
    );
    expect((await run({ health_check: async () => undefined })).status).toBe('healthy');
  });

  it('knows nothing of a store that cannot be asked, and says what to do', async () => {
    const { status, message } = await run({ query: () => [] });
    expect(status).toBe('unknown');
    expect(message).toContain('register a function');
  });

  it('is unhealthy when the store fails', async () => {
    expect((await run({ ping: () => Promise.reject(new Error('down')) })).message).toBe('Check failed: Error: down');
  });
});
