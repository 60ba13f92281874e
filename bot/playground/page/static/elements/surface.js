// The state and the actions of the controls of a message or modal.

/** The controls of a message or modal; they survive redrawing. */
export class Surface {
  #shown = new Map();
  #changed = new Map();
  #folded = new Map();
  #send;
  #fetchOptions;

  /**
   * `send({action, values})` sends an action to the bot; `fetchOptions({action_id, block_id, typed})` loads a menu's options.
   */
  constructor({ viewer, send, fetchOptions }) {
    this.viewer = viewer;
    this.#send = send;
    this.#fetchOptions = fetchOptions;
  }

  /** Remove the states of the last drawing, but keep the person's changes. */
  resetControls() {
    this.#shown.clear();
  }

  /** Return the initial state of a control: the person's change, or else the given state. */
  initialState(blockId, actionId, state) {
    const kept = this.#changed.get(keyOf(blockId, actionId));
    const restored = kept?.type === state.type ? kept : state;
    this.#setState(blockId, actionId, restored);
    return restored;
  }

  /** Record a change of a control. */
  change(blockId, actionId, state) {
    this.#changed.set(keyOf(blockId, actionId), state);
    this.#setState(blockId, actionId, state);
  }

  /** Return whether the person folded a container, or else its initial state; `name` is its title. */
  isFolded(name, initially) {
    return this.#folded.get(name) ?? initially;
  }

  /** Record that a container was folded or unfolded. */
  fold(name, isFolded) {
    this.#folded.set(name, isFolded);
  }

  /** Slack's current `state.values`. */
  get values() {
    return Object.fromEntries([...this.#shown].map(([blockId, states]) => [blockId, Object.fromEntries(states)]));
  }

  /** Send an action to the bot. */
  dispatch(action) {
    return this.#send({ action, values: this.values });
  }

  /** Load the options of an external menu. */
  fetchOptions(blockId, actionId, typed) {
    return this.#fetchOptions({ block_id: blockId, action_id: actionId, typed });
  }

  #setState(blockId, actionId, state) {
    if (!this.#shown.has(blockId)) this.#shown.set(blockId, new Map());
    this.#shown.get(blockId).set(actionId, state);
  }
}

function keyOf(blockId, actionId) {
  return `${blockId}\n${actionId}`;
}
