// The sidebar: the workspace, its channels, the viewer, and the fault of Cloudflare.

import { freshId, h } from "../dom.js";
import { botFace, icon } from "../icons.js";
import { timeOf } from "../text/dates.js";
import { iconOf, nameOf, titleOfPerson } from "./naming.js";
import { isDark, onSystemScheme, switchScheme } from "./scheme.js";

/** The sidebar; `onFault(name)` selects a fault of the simulated Cloudflare. */
export class Sidebar {
  constructor(nav, store, onFault) {
    this.store = store;
    this.onFault = onFault;
    this.name = h("p", { class: "workspace-name" });
    this.channels = h("ul", { class: "channels" });
    this.direct = h("ul", { class: "channels" });
    this.person = h("select", { id: "viewing-as", onchange: () => store.viewAs(this.person.value) });
    this.clock = h("p", { class: "sidebar-note", id: "viewing-as-clock" });
    this.person.setAttribute("aria-describedby", this.clock.id);
    this.faultBox = h("div", { class: "sidebar-part" });
    this.scheme = h(
      "button",
      { type: "button", class: "scheme", role: "switch", onclick: () => this.#switchScheme() },
      icon("moon"),
      "Dark",
      h("span", { class: "switch-mark", "aria-hidden": "true" }),
    );
    const [heading, directHeading] = [freshId("channels"), freshId("direct")];
    nav.append(
      h("div", { class: "workspace" }, botFace(), h("div", {}, this.name, h("p", { class: "sidebar-note" }, "Playground"))),
      h("div", { class: "sidebar-part grows" },
        h("h2", { id: heading }, "Channels"), this.channels,
        h("h2", { id: directHeading }, "Direct messages"), this.direct),
      h("div", { class: "sidebar-part" }, h("label", { for: "viewing-as" }, "Viewing as"), this.person, this.clock),
      this.faultBox,
      h("div", { class: "sidebar-part" }, this.scheme),
    );
    this.channels.setAttribute("aria-labelledby", heading);
    this.direct.setAttribute("aria-labelledby", directHeading);
    onSystemScheme(() => this.#showScheme());
    this.#showScheme();
    setInterval(() => this.tick(), 1000);
  }

  /** Show the current workspace. */
  show() {
    const { workspace, person, visibleChannels, fault } = this.store;
    this.name.textContent = workspace.team;
    const focused = [this.channels, this.direct].some((list) => list.contains(document.activeElement));
    this.channels.replaceChildren(...visibleChannels.filter(({ kind }) => kind !== "im").map((one) => this.#channel(one)));
    this.direct.replaceChildren(...visibleChannels.filter(({ kind }) => kind === "im").map((one) => this.#channel(one)));
    if (focused) this.channels.parentNode.querySelector("[aria-current]")?.focus();
    const people = workspace.people.filter((one) => !one.is_bot && !one.is_deleted);
    this.person.replaceChildren(...people.map((one) => h("option", { value: one.id }, titleOfPerson(one))));
    this.person.value = person.id;
    this.#showFaults(workspace, fault);
    this.tick();
  }

  /** Show the viewer's local time. */
  tick() {
    if (!this.store.person) return;
    const { zone } = this.store;
    const words = `${zone.replaceAll("_", " ")} · ${timeOf(Date.now(), zone)}`;
    if (this.clock.textContent !== words) this.clock.textContent = words;
  }

  #channel(channel) {
    const { bot } = this.store.workspace;
    const { id, is_archived: isArchived, bot_is_member: isMember } = channel;
    const mark = isArchived ? ["archived", "Posting is disabled"] : ["no bot", `${bot.name} is not a member`];
    return h("li", {}, h(
      "button",
      {
        type: "button", class: "channel-link", "data-channel": id, "aria-current": id === this.store.channel.id && "page",
        onclick: () => this.store.openChannel(id),
      },
      iconOf(channel),
      h("span", { class: "channel-link-name" }, nameOf(channel, bot)),
      this.store.unread.has(id) && h("span", { class: "unread" }, "new"),
      channel.kind === "private" && h("span", { class: "visually-hidden" }, "(private)"),
      (isArchived || !isMember) && h("span", { class: "channel-mark", title: mark[1] }, mark[0]),
    ));
  }

  // The menu is created once per set of faults: replacing it would close an open list.
  #showFaults({ faults, account }, fault) {
    const key = JSON.stringify(faults);
    if (this.faultKey !== key) {
      this.faultKey = key;
      const options = faults.map(({ name, label }) => h("option", { value: name }, label));
      const select = h("select", { id: "fault", onchange: () => this.onFault(select.value) }, options);
      this.faultBox.replaceChildren(...(faults.length
        ? [h("label", { for: "fault" }, "Cloudflare"), select, h("p", { class: "sidebar-note" })]
        : [h("p", { class: "sidebar-note" }, "Faults are available for the simulated account only.")]));
    }
    if (faults.length === 0) return;
    this.faultBox.querySelector("select").value = fault;
    this.faultBox.querySelector("p").textContent = faults.find(({ name }) => name === fault)?.description ?? account.description;
    this.faultBox.dataset.fault = fault;
  }

  #switchScheme() {
    switchScheme();
    this.#showScheme();
  }

  #showScheme() {
    this.scheme.setAttribute("aria-checked", isDark());
  }
}
