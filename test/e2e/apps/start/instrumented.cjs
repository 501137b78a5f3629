// Loads everything that the agent instruments.
require('node:http');
require('pg');
require('mysql2');
require('ioredis');
require('redis');
