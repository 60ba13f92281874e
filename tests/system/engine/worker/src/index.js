import { WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";

// The most instances one createBatch call accepts.
const BATCH_LIMIT = 100;

const once = { retries: { limit: 0, delay: 1 } };

const endings = {
  complete: (step, order) => step.do("charge card", async () => ({ charged: order.amount ?? 42 })),
  fail: (step) =>
    step.do("charge card", async () => {
      // A second argument would rename the error, and the local engine knows it by its name alone.
      throw new NonRetryableError("card declined");
    }),
  exhaust: (step) =>
    step.do("reserve stock", { retries: { limit: 1, delay: 1, backoff: "constant" } }, async () => {
      throw new Error("warehouse unreachable");
    }),
  // Errors of one cause, which differ in what belongs to an order.
  refuse: (step, order) =>
    step.do("book shipment", once, async () => {
      throw new TypeError(`order ${order.id} has no address`);
    }),
  leak: (step) =>
    step.do("sign in", once, async () => {
      throw new Error("401 for Authorization: Bearer sk_live_51HxQpLsecretsecret");
    }),
  overrun: (step) => step.do("ask the bank", { ...once, timeout: 50 }, () => scheduler.wait(60_000)),
  unheard: (step) => step.waitForEvent("wait for payment", { type: "payment", timeout: 50 }),
  // Outside of any step.
  crash: () => {
    throw new RangeError("no such currency");
  },
  sleep: (step) => step.sleep("wait for the shop to open", "1 hour"),
  wait: (step) => step.waitForEvent("wait for approval", { type: "approval", timeout: "1 hour" }),
};

async function follow(event, step) {
  const items = await step.do("load order", async () => ({ items: 3 }));
  const ending = await endings[event.payload.outcome](step, event.payload);
  return { ...items, ...ending };
}

export class OrderProcessing extends WorkflowEntrypoint {
  run(event, step) {
    return follow(event, step);
  }
}

export class InvoiceRun extends WorkflowEntrypoint {
  run(event, step) {
    return follow(event, step);
  }
}

async function create(request, env) {
  const workflows = { "order-processing": env.ORDER_PROCESSING, "invoice-run": env.INVOICE_RUN };
  const { workflow, instances } = await request.json();
  const wanted = instances.map(({ id, outcome }) => ({ id, params: { id, outcome } }));
  for (let start = 0; start < wanted.length; start += BATCH_LIMIT) {
    await workflows[workflow].createBatch(wanted.slice(start, start + BATCH_LIMIT));
  }
  return Response.json({ created: wanted.length });
}

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "POST" && pathname === "/create") {
      try {
        return await create(request, this.env);
      } catch (error) {
        return Response.json({ error: String(error) }, { status: 400 });
      }
    }
    return new Response("ready");
  }
}
