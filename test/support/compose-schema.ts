/**
 * What `docker compose` accepts, as far as `collector/compose.yml` uses it; everything else is refused. It follows the schema of the
 * Compose Specification, which has many times as much.
 */
const STRINGS = { type: 'array', items: { type: 'string' } } as const;

export const COMPOSE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['services'],
  properties: {
    name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' },
    services: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['image'],
        properties: {
          // With a version of its own: `latest` would be another program next month.
          image: { type: 'string', pattern: '^[a-z0-9./-]+:v?[0-9]+(\\.[0-9]+)*$' },
          command: STRINGS,
          depends_on: { ...STRINGS, uniqueItems: true },
          environment: { type: 'object', additionalProperties: { type: 'string' } },
          init: { type: 'boolean' },
          mem_limit: { type: 'string', pattern: '^[0-9]+[kmg]$' },
          // host address : host port, which may be a variable with a default : container port
          ports: {
            ...STRINGS,
            items: { type: 'string', pattern: '^127\\.0\\.0\\.1:\\$\\{[A-Z_]+:-[0-9]+\\}:[0-9]+$' },
          },
          user: { type: 'string' },
          volumes: {
            ...STRINGS,
            items: { type: 'string', pattern: '^(\\.{1,2}(/[\\w./-]+)?|[a-z]+):/[\\w./-]+(:ro)?$' },
          },
          working_dir: { type: 'string', pattern: '^/' },
        },
      },
    },
    volumes: { type: 'object', additionalProperties: { type: 'object', maxProperties: 0 } },
  },
} as const;
