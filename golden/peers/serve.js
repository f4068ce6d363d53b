// Serves one of Amazon's services on a free port of the loopback and prints its address: node serve.js dynamodb, or
// node serve.js s3 FOLDER BUCKET…. It ends with its standard input, so that nothing outlives the test that started it.
const { createServer } = require('http');

async function server(kind, [directory, ...buckets]) {
  if (kind === 'dynamodb') {
    return require('dynalite')({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  }
  const S3rver = require('s3rver');
  const s3 = new S3rver({ directory, silent: true, configureBuckets: buckets.map((name) => ({ name })) });
  await s3.configureBuckets();
  return createServer(s3.callback());
}

server(process.argv[2], process.argv.slice(3)).then((listener) => {
  listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}`));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
