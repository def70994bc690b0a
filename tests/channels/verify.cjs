// Verifies a mail's DKIM signature by another's verifier: node verify.cjs NAME RECORD < mail; prints its verdict.
const { dkimVerify } = require("mailauth/lib/dkim/verify");

const [name, record] = process.argv.slice(2);
const resolver = async (asked, type) => {
  if (asked === name && type === "TXT") {
    return [[record]];
  }
  const error = new Error("no such name");
  error.code = "ENOTFOUND";
  throw error;
};
const parts = [];
process.stdin.on("data", (part) => parts.push(part));
process.stdin.on("end", async () => {
  const found = await dkimVerify(Buffer.concat(parts), { resolver });
  console.log(JSON.stringify(found.results.map((one) => ({ result: one.status.result, comment: one.status.comment || "", signed: one.signingHeaders ? one.signingHeaders.keys : "" }))));
});
