const Redis = require('ioredis');
const mysql = require('mysql2/promise');
const { Pool } = require('pg');
const { main } = require('./drivers.cjs');

void main({ Pool, mysql, Redis });
