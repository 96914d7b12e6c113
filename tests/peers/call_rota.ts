/* One call of the client that @hey-api/openapi-ts made beside this file: node call_rota.js ADDRESS TOKEN APPLICATION; the answer is
   printed as JSON. */
import { client } from "./client.gen";
import { applicationIntakeShowApplication } from "./sdk.gen";
import type { ApplicationView, Problem } from "./types.gen";

async function main(baseUrl: string, token: string, id: string): Promise<void> {
  client.setConfig({ baseUrl, auth: token });
  const { data, error, response } = await applicationIntakeShowApplication({ path: { application_id: id } });
  const found: ApplicationView | undefined = data;
  const refused: Problem | undefined = error;
  console.log(JSON.stringify({ status: response?.status, found, refused }));
}

declare const process: { argv: string[] };
void main(process.argv[2], process.argv[3], process.argv[4]);
