// The official TypeScript clients against the real program: node sdk_test.mjs ODU CHECKOUT [URL TOKEN].
// Legacy (@modelcontextprotocol/sdk) and modern (@modelcontextprotocol/client), over stdio and HTTP.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

const [odu, checkout, url, token] = process.argv.slice(2);

async function loop(client, name) {
  const { tools } = await client.listTools();
  assert.equal(tools.length, 13, name);
  for (const tool of tools) {
    assert.equal(tool.inputSchema.type, 'object');
    assert.equal(tool.outputSchema.type, 'object');
    assert.ok(tool.annotations, tool.name);
    assert.ok(tool.description.length > 20);
  }
  const updated = new Set();
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => updated.add(params.uri));
  await client.subscribeResource({ uri: 'surface://streams/nodes' });
  // The client holds every answer, errors too, against the tool's output schema.
  const refused = await client.callTool({ name: 'tail_log', arguments: { node: 'no-such' } });
  assert.equal(refused.isError, true);
  assert.ok(refused.structuredContent.error.code);
  const run = await client.callTool({ name: 'run', arguments: { no_post: true } });
  assert.ok(!run.isError, JSON.stringify(run.content));
  const progress = [];
  const wait = await client.callTool({ name: 'wait_for_settle', arguments: { fail_fast: false } }, undefined,
    { onprogress: (told) => progress.push(told) });
  assert.equal(wait.structuredContent.returned, 'settled');
  assert.match(wait.structuredContent.red[0].excerpt.text, /expected ';'/);
  assert.ok(updated.has('surface://streams/nodes'), name);
  const { resources } = await client.listResources();
  const log = resources.find(({ uri }) => uri.startsWith('surface://collections/logs/build'));
  const read = await client.readResource({ uri: log.uri });
  assert.match(read.contents[0].text, /src\/a\.c:3:5/);
  const { completion } = await client.complete({
    ref: { type: 'ref/resource', uri: 'surface://collections/logs/{id}' }, argument: { name: 'id', value: 'b' } });
  assert.equal(completion.values.length, 1);
  await assert.rejects(client.readResource({ uri: 'surface://no/such' }));
  const { prompts } = await client.listPrompts();
  const why = await client.getPrompt({ name: prompts[1].name, arguments: { node: "build@x" } });
  assert.match(why.messages[0].content.text, /build@x/);
  await client.ping();
  await client.close();
  console.log(`ok ${name}`);
}

const legacy = () => new Client({ name: 'sdk-test', version: '1' }, { capabilities: {} });

const stdio = legacy();
await stdio.connect(new StdioClientTransport({ command: odu, args: ['mcp'], cwd: checkout, env: process.env }));
assert.equal(stdio.getServerVersion().name, 'odu');
assert.match(stdio.getInstructions(), /wait_for_settle/);
await loop(stdio, 'legacy stdio');

if (url) {
  const http = legacy();
  await http.connect(new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } } }));
  await loop(http, 'legacy http');
}

const modern = await import('@modelcontextprotocol/client');
const modernStdio = await import('@modelcontextprotocol/client/stdio');
for (const where of url ? ['stdio', 'http'] : ['stdio']) {
  const client = new modern.Client({ name: 'modern-test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const transport = where === 'stdio'
    ? new modernStdio.StdioClientTransport({ command: odu, args: ['mcp'], cwd: checkout, env: process.env })
    : new modern.StreamableHTTPClientTransport(new URL(url), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } } });
  await client.connect(transport);
  const { tools } = await client.listTools();
  assert.equal(tools.length, 13);
  const nodes = await client.callTool({ name: 'get_nodes', arguments: {} });
  assert.ok(nodes.structuredContent.counts);
  const refused = await client.callTool({ name: 'tail_log', arguments: { node: 'no-such' } });
  assert.equal(refused.isError, true);
  await client.close();
  console.log(`ok modern ${where}`);
}
process.exit(0);
