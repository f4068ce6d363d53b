// Functions for Node, run by Amazon's runtime client.

export async function greet(event, context) {
  console.log('greeting', event.name);
  if (event.name === 'nobody') {
    throw new RangeError('nobody is here');
  }
  if (event.name === 'leave') {
    process.exit(3);
  }
  return {
    text: `Hello, ${event.name}`,
    id: context.awsRequestId,
    arn: context.invokedFunctionArn,
    memory: context.memoryLimitInMB,
    name: context.functionName,
    limited: context.getRemainingTimeInMillis() > 0,
    size: JSON.stringify(event).length,
  };
}

export const spell = awslambda.streamifyResponse(async (event, stream) => {
  for (const letter of event.name) {
    stream.write(letter);
  }
  stream.end();
});
