// A message or a modal as its controls see it: where what was chosen is kept, and where acts go.

/** One message or modal; it outlives each drawing of it. */
export class Surface {
  #shown = new Map();
  #changed = new Map();
  #send;
  #ask;

  /**
   * `send({action, values})` brings an act to the bot, `ask({action_id, block_id, typed})` gets a menu's options.
   */
  constructor({ viewer, send, ask }) {
    this.viewer = viewer;
    this.#send = send;
    this.#ask = ask;
  }

  /** Forget what the last drawing showed, but not what the person changed. */
  drawAnew() {
    this.#shown.clear();
  }

  /** The state a control begins with: the person's own where there is one, else the given. */
  begin(blockId, actionId, state) {
    const kept = this.#changed.get(keyOf(blockId, actionId));
    const begun = kept?.type === state.type ? kept : state;
    this.#keep(blockId, actionId, begun);
    return begun;
  }

  /** The person changed a control. */
  change(blockId, actionId, state) {
    this.#changed.set(keyOf(blockId, actionId), state);
    this.#keep(blockId, actionId, state);
  }

  /** Slack's `state.values` as of now. */
  get values() {
    return Object.fromEntries([...this.#shown].map(([blockId, states]) => [blockId, Object.fromEntries(states)]));
  }

  /** Tell the bot of an act. */
  act(action) {
    return this.#send({ action, values: this.values });
  }

  /** The options of a menu that asks the bot for them. */
  ask(blockId, actionId, typed) {
    return this.#ask({ block_id: blockId, action_id: actionId, typed });
  }

  #keep(blockId, actionId, state) {
    if (!this.#shown.has(blockId)) this.#shown.set(blockId, new Map());
    this.#shown.get(blockId).set(actionId, state);
  }
}

function keyOf(blockId, actionId) {
  return `${blockId}\n${actionId}`;
}
