// The floor under a run: DuckDB reading the two raw files, every column, and nothing else.
import { DuckDBInstance } from "@duckdb/node-api";

const [webLogs, sales] = process.argv.slice(2).map((file) => `'${file.replaceAll("'", "''")}'`);
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run(
  `create table h as select * from read_csv(${webLogs}, delim = '\t', quote = '', escape = '', header = false, all_varchar = true)`,
);
await connection.run(`create table s as select * from read_csv(${sales}, header = true, all_varchar = true)`);
