const { createServer, request } = require('node:http');
const { Redis } = require('ioredis');
const mysql = require('mysql2');
const { Pool } = require('pg');
const { createClient } = require('redis');
const undici = require('undici');
const { main } = require('./main.cjs');

void main({ createServer, request, Pool, mysql, Redis, createClient, undici });
