// The function greet once more, for Node.
export async function handler(event) {
  const { name } = event.pathParameters;
  if (name === 'nobody') {
    return { statusCode: 404, body: '{"text":"nobody is here"}' };
  }
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    multiValueHeaders: { 'X-Greeted': [name] },
    body: JSON.stringify({ text: `Hello, ${name}`, from: event.path }),
  };
}
