import { createServer, request } from 'node:http';
import { Redis } from 'ioredis';
import mysql from 'mysql2';
import { Pool } from 'pg';
import { createClient } from 'redis';
import * as undici from 'undici';
import { main } from './main.cjs';

await main({ createServer, request, Pool, mysql, Redis, createClient, undici });
