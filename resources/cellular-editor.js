/**
 * What the forms of this package share. Node-RED runs the scripts of a form only when this one has run. Every form asks
 * for it by itself, because any node may be switched off, so it runs several times in one page.
 *
 * Between an upgrade and the restart of Node-RED this may serve the forms of the version before: what they call stays.
 */
globalThis.cellularEditor = (function () {
  const MODULE = "@cellgate/node-red-cellular";
  const TYPES = ["msg", "flow", "global", "str", "env", "jsonata"];

  // Node-RED itself accepts a field that is one ${NAME}, before any of these is asked. An empty field means the default.
  const isEmpty = (value) => value === undefined || value === null || value === "";
  const orEmpty = (isGood) => (value) => isEmpty(value) || isGood(value);
  const isNumber = orEmpty((value) => /^\d+(\.\d+)?$/.test(value));
  const isPositive = orEmpty((value) => isNumber(value) && Number(value) > 0);
  const isWhole = orEmpty((value) => /^\d+$/.test(value));
  const isCount = (value) => isWhole(value) && isPositive(value);
  // Some modems print the filler "F" behind the digits.
  const isIccid = orEmpty((value) => /^\d+F?$/i.test(value));

  // Node-RED takes a returned text for a refusal only from a validator with two arguments, else for "valid".

  /** A validator: true, or the text of `error.<key>` in the node's catalog. */
  function accepting(isGood, key) {
    return function (value, options) {
      return isGood.call(this, value, options) || this._(this.type + ".error." + key);
    };
  }

  /** A validator of a typed field. What is written in the field itself must be good, what comes later cannot be known. */
  function acceptingTyped(isGood, name) {
    return function (value, options) {
      if (value === undefined) return true;
      const type = current(this, name + "Type");
      if (!isGood(value, type)) return this._(this.type + ".error." + name);
      return RED.validators.typedInput({ type }).call(this, value, options);
    };
  }

  /** What stands in the node's form while that is open, else what is saved, else the default. */
  function current(node, name) {
    const isOpen = RED.editor.getEditStack().includes(node);
    return (isOpen && $("#node-input-" + name).val()) || node[name] || node._def.defaults[name].value;
  }

  /** The default of the property that names the gateway of a node. Its label is read before the node has its own `_`. */
  function requiredGateway(type) {
    const label = RED._(MODULE + "/" + type + ":" + type + ".label.gateway");
    return { value: "", type: "cellular-gateway", required: true, label };
  }

  /** What a field that names a gateway holds when it names none; in an open form that is a choice of Node-RED's own. */
  const isNone = (gateway) => isEmpty(gateway) || gateway === "_ADD_";

  /** The default of a property that may name a gateway, `error.<name>` the text where it is not a good one. */
  function optionalGateway(type, name, isGood) {
    return {
      value: "",
      type: "cellular-gateway",
      required: false,
      label: RED._(MODULE + "/" + type + ":" + type + ".label." + name),
      validate: function (value, options) {
        if (isNone(value)) return true;
        if (!isGood.call(this, value)) return this._(type + ".error." + name);
        // Where a property has a validator of its own, Node-RED does not look at the gateway itself.
        const gateway = RED.nodes.node(value);
        if (!gateway) return RED._("validator.errors.missing-config", { prop: options.label });
        return gateway.valid !== false || RED._("validator.errors.invalid-config", { prop: options.label });
      },
    };
  }

  /**
   * Shows in an open form what will be taken for a property that is not saved, or saving would change it: a flow may be
   * written by hand, or older than the property, and the editor leaves out a default of 0 in a new configuration node.
   */
  function showDefaults(node) {
    const prefix = node._def.category === "config" ? "#node-config-input-" : "#node-input-";
    for (const [name, { value, type }] of Object.entries(node._def.defaults)) {
      if (type) continue;
      const field = $(prefix + name);
      if (field.is(":checkbox")) field.prop("checked", String(node[name] ?? value) === "true");
      else if (node[name] === undefined) field.val(value);
    }
  }

  /** Makes a field of an open form one with a type. */
  function showTyped(name, types = TYPES) {
    $("#node-input-" + name).typedInput({ default: "msg", types, typeField: $("#node-input-" + name + "Type") });
  }

  /** Shows those elements of an open form that carry a value in their `data-<key>`, and hides the others. */
  function showOnly(elements, key, value) {
    elements.each((_, element) => {
      $(element).toggle($(element).data(key) === value);
    });
  }

  /** How a flow node is called in the palette and on the canvas. */
  const names = {
    paletteLabel: function () {
      return this._(this.type + ".palette");
    },
    label: function () {
      return this.name || this._(this.type + ".palette");
    },
    labelStyle: function () {
      return this.name ? "node_label_italic" : "";
    },
  };

  return {
    ...{ orEmpty, isNumber, isPositive, isWhole, isCount, isIccid },
    ...{
      accepting,
      acceptingTyped,
      current,
      requiredGateway,
      optionalGateway,
      isNone,
      showDefaults,
      showTyped,
      showOnly,
      names,
    },
  };
})();
