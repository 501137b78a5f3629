import { Redis } from 'ioredis';
import * as mysql from 'mysql2/promise';
import { Pool } from 'pg';
import { main } from './drivers.cjs';

await main({ Pool, mysql, Redis });
