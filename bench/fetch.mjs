// One process that reads every row of a query of HiveServer2: `fetch.mjs howdah HOST:PORT USER SQL`, or `driver` and at the
// end the rows of a fetch. Says how many rows came, and in how many milliseconds from the first connection on.
const [client, address, user, sql, fetchRows] = process.argv.slice(2);
const [host, port] = address.split(":");

const clients = {
  async howdah() {
    const { openHive } = await import("../dist/connect/hiveserver2/index.js");
    const started = performance.now();
    const auth = { kind: "password", user, password: "x" };
    const session = await openHive({ hosts: [{ host, port: Number(port) }], auth });
    let rows = 0;
    for await (const batch of (await session.execute(sql)).batches()) rows += batch.length;
    await session.close();
    return { rows, started };
  },

  async driver() {
    const { HiveClient, HiveUtils, auth, connections, thrift } = await import("hive-driver");
    const { TCLIService, TCLIService_types: types } = thrift;
    const started = performance.now();
    const made = new HiveClient(TCLIService, types);
    made.on("error", (error) => {
      throw error;
    });
    const options = { host, port: Number(port) };
    const asUser = new auth.PlainTcpAuthentication({ username: user, password: "x" });
    await made.connect(options, new connections.TcpConnection(), asUser);
    const session = await made.openSession({ client_protocol: types.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V10 });
    const operation = await session.executeStatement(sql);
    const read = new HiveUtils(types);
    await read.waitUntilReady(operation);
    if (fetchRows !== undefined) operation.setMaxRows(Number(fetchRows));
    await read.fetchAll(operation);
    const rows = read.getResult(operation).getValue().length;
    await operation.close();
    await session.close();
    made.close();
    return { rows, started };
  },
};

const { rows, started } = await clients[client]();
console.log(JSON.stringify({ rows, milliseconds: performance.now() - started }));
