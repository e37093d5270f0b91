/**
 * What the forms of this package share. Node-RED runs the scripts of a form only when this one has run. Every form asks
 * for it by itself, because any node may be switched off, so it runs several times in one page.
 *
 * Between an upgrade and the restart of Node-RED this may serve the forms of the version before: what they call stays.
 */
/* global URL */
globalThis.cellularEditor = (function () {
  const MODULE = "@cellgate/node-red-cellular";
  const TYPES = ["msg", "flow", "global", "str", "env", "jsonata"];

  /**
   * The kinds of gateway: seconds for one request unless the gateway says otherwise, and for each type of node the
   * fields that not every kind knows. A kind can do the work of those nodes that it has a list for.
   */
  const KINDS = {
    peplink: {
      timeout: 30,
      fields: {
        "cellular-gateway": ["connId", "auth"],
        "cellular-sms-send": ["connId"],
        "cellular-sms-receive": ["connId"],
        "cellular-sms-delete": ["connId", "iccid"],
        "cellular-ussd": ["connId", "iccid"],
      },
    },
    "brevis-one": {
      timeout: 30,
      fields: {
        "cellular-gateway": ["method"],
        "cellular-sms-send": ["mode", "telauto", "list", "regex", "encoding", "hexCharset", "flash", "ring"],
      },
    },
    "router-cgi": {
      timeout: 150,
      fields: {
        "cellular-gateway": ["method", "lineBreak", "numberFormat"],
        "cellular-sms-send": [],
        "cellular-sms-receive": [],
        "cellular-sms-delete": [],
      },
    },
  };
  const DEFAULT_KIND = "peplink";

  // Node-RED itself accepts a field that is one ${NAME}, before any of these is asked. An empty field means the default.
  const isEmpty = (value) => value === undefined || value === null || value === "";
  const orEmpty = (isGood) => (value) => isEmpty(value) || isGood(value);
  const isNumber = orEmpty((value) => /^\d+(\.\d+)?$/.test(value));
  const isPositive = orEmpty((value) => isNumber(value) && Number(value) > 0);
  const isWhole = orEmpty((value) => /^\d+$/.test(value));
  const isCount = (value) => isWhole(value) && isPositive(value);
  // Some modems print the filler "F" behind the digits.
  const isIccid = orEmpty((value) => /^\d+F?$/i.test(value));

  const isFingerprint = orEmpty((value) => /^[0-9a-f]{64}$/i.test(String(value).replace(/:/g, "")));
  const isKind = orEmpty((value) => Object.hasOwn(KINDS, value));

  function isBaseUrl(value) {
    // Inside a longer address the variable's value is not known here.
    const text = String(value || "").replace(/\$\{\w+\}/g, "0");
    if (!/^https?:\/\//i.test(text) || /[?#]/.test(text)) return false;
    const url = urlOf(text);
    return url !== undefined && url.username === "" && url.password === "";
  }

  /** Undefined where the text is no address. */
  function urlOf(text) {
    try {
      return new URL(text);
    } catch {
      return undefined;
    }
  }

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
    const written = isOpen ? fieldOf(node, name).val() : undefined;
    return (written ?? node[name]) || node._def.defaults[name].value;
  }

  function fieldOf(node, name) {
    return $((node._def.category === "config" ? "#node-config-input-" : "#node-input-") + name);
  }

  const isGateway = (node) => "kind" in node._def.defaults;

  const ofKind = (kind) => (Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined);

  /** Whether this kind of gateway knows a field that not every kind knows; false too where the kind is not known. */
  const knows = (kind, type, name) => ofKind(kind)?.fields[type]?.includes(name) === true;

  /** The kind of the gateway with this id; undefined where there is none. */
  function kindOf(id) {
    const gateway = RED.nodes.node(id);
    return gateway ? savedKind(gateway) : undefined;
  }

  const savedKind = (gateway) => gateway.kind || DEFAULT_KIND;

  /** Seconds for one request to a gateway that says nothing else; undefined where the kind is not known. */
  const timeoutOf = (kind) => ofKind(kind)?.timeout;

  /** What matters only to some kinds is good for a node whose kind of gateway does not know it: it will not be used. */
  function whereKnown(name, isGood) {
    return function (value) {
      const kind = isGateway(this) ? current(this, "kind") : kindOf(current(this, "gateway"));
      return (ofKind(kind) && !knows(kind, this.type, name)) || isGood.call(this, value);
    };
  }

  /**
   * The default of a property that must name a configuration node, such as the gateway or the account of a node. Its
   * label is read before the node has its own `_`.
   */
  function requiredConfig(type, name, configType) {
    const label = RED._(MODULE + "/" + type + ":" + type + ".label." + name);
    return { value: "", type: configType, required: true, label };
  }

  const requiredGateway = (type) => requiredConfig(type, "gateway", "cellular-gateway");

  /**
   * The same for a node whose work not every kind can do: only gateways that can are offered, and `error.gateway` is the
   * text for one that cannot. What a gateway of an unknown kind can do is not known here.
   */
  function capableGateway(type) {
    const cannot = (kind) => ofKind(kind) !== undefined && !(type in KINDS[kind].fields);
    return {
      ...requiredGateway(type),
      filter: (gateway) => !cannot(savedKind(gateway)),
      validate: function (value, options) {
        if (isNone(value)) return RED._("validator.errors.missing-required-prop", { prop: options.label });
        if (cannot(kindOf(value))) return this._(type + ".error.gateway");
        return isUsable(value, options);
      },
    };
  }

  /** What a field that names a configuration node holds when it names none; in an open form a choice of Node-RED's own. */
  const isNone = (id) => isEmpty(id) || id === "_ADD_";

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
        return isUsable(value, options);
      },
    };
  }

  /** Where a property has a validator of its own, Node-RED does not look at the gateway itself. */
  function isUsable(id, options) {
    const gateway = RED.nodes.node(id);
    if (!gateway) return RED._("validator.errors.missing-config", { prop: options.label });
    return gateway.valid !== false || RED._("validator.errors.invalid-config", { prop: options.label });
  }

  /**
   * Shows in an open form what will be taken for a property that is not saved, or saving would change it: a flow may be
   * written by hand, or older than the property, and the editor leaves out a default of 0 in a new configuration node.
   */
  function showDefaults(node) {
    for (const [name, { value, type }] of Object.entries(node._def.defaults)) {
      if (type) continue;
      const field = fieldOf(node, name);
      if (field.is(":checkbox") || node[name] === undefined) put(field, node[name] ?? value);
    }
  }

  function put(field, value) {
    if (field.is(":checkbox")) field.prop("checked", String(value) === "true");
    else field.val(value);
  }

  /**
   * The rows of an open form whose fields not every kind of gateway knows: that of the gateway chosen in it, or the kind
   * itself in the form of a gateway.
   * @param needs For a field that matters only with a certain value of another one: whether that stands in the form.
   */
  function rowsByKind(node, needs = {}) {
    const kind = () => (isGateway(node) ? fieldOf(node, "kind").val() : kindOf(fieldOf(node, "gateway").val()));
    const special = new Set(Object.values(KINDS).flatMap(({ fields }) => fields[node.type] ?? []));
    const isShown = (name) => knows(kind(), node.type, name) && (needs[name]?.() ?? true);
    return {
      show() {
        for (const name of special) fieldOf(node, name).closest(".form-row").toggle(isShown(name));
      },
      /** Gives its default to what is not shown; where nobody knows the kind, all stays as it is. */
      reset() {
        if (!ofKind(kind())) return;
        const hidden = [...special].filter((name) => !isShown(name));
        for (const name of hidden) put(fieldOf(node, name), node._def.defaults[name].value);
      },
    };
  }

  /**
   * Keeps the choice of a gateway or an account in an open form until a person makes another. When one was changed,
   * added or deleted from there, Node-RED makes the list anew, and shows the first one in it where the chosen one is
   * offered no more: the next SMS would go to another device. One that is there but cannot do the work stays, marked as
   * wrong.
   * @param show Called for each choice.
   */
  function keepConfig(node, name, show = () => {}) {
    const field = fieldOf(node, name);
    let chosen = node[name];
    let ids = [];
    let first;

    function keep() {
      const isNewList = field.children().get(0) !== first;
      const isAdded = ids.length > 0 && !ids.includes(field.val());
      const isLost = isNewList && !isAdded && field.val() !== (isNone(chosen) ? "_ADD_" : chosen);
      if (isLost) choose(field, chosen);
      chosen = field.val();
      ids = $.map(field.children(), ({ value }) => value);
      first = field.children().get(0);
      return isLost;
    }

    keep();
    field.on("change", () => {
      if (keep()) field.trigger("change");
      else show();
    });
  }

  function choose(field, id) {
    const config = isNone(id) ? null : RED.nodes.node(id);
    if (config && field.val(id).val() === null) {
      $("<option>", { value: id, text: RED.utils.getNodeLabel(config, id) }).prependTo(field);
    }
    field.val(id);
    if (field.val() === null) field.val("_ADD_");
  }

  /** Offers in an open form a saved choice that this version does not know, or that is a ${NAME}, so that it stays. */
  function offerSaved(node, name) {
    const field = fieldOf(node, name);
    if (field.val() === null) field.append($("<option>", { value: node[name], text: node[name] })).val(node[name]);
  }

  /** openssl prints "sha256 Fingerprint=AB:CD:…": takes the whole line into an open form. Once cleaned it is checked again. */
  function cleanFingerprint(node) {
    fieldOf(node, "fingerprint").on("change", function () {
      const cleaned = $(this).val().replace(/^.*=/, "").trim();
      if (cleaned !== $(this).val()) $(this).val(cleaned).trigger("change");
    });
  }

  /**
   * Opens a section of an open form if something in it was changed, or is wrong: that must not hide.
   * @param usual What goes without saying, as text, where that is not the default.
   */
  function openChanged(node, section, usual = {}) {
    const changed = section.find("input").filter((_, input) => {
      const name = input.id.replace(/^node-(config-)?input-/, "");
      const { value } = node._def.defaults[name];
      if (input.type === "checkbox") return input.checked !== value;
      return input.value !== "" && input.value !== (usual[name] ?? String(value));
    });
    section.prop("open", changed.length > 0);
  }

  /** Makes a field of an open form one with a type. */
  function showTyped(name, types = TYPES) {
    $("#node-input-" + name).typedInput({ default: "msg", types, typeField: $("#node-input-" + name + "Type") });
  }

  /**
   * Makes a field of an open form one with a type, and proposes texts for it while a person writes.
   * @param search Called with what is written and with what takes the proposals: `{ value, label }`, both texts.
   */
  function showTypedWith(name, search) {
    const text = { value: "str", label: RED._("typedInput.type.str"), icon: "red/images/typedInput/az.svg" };
    showTyped(
      name,
      TYPES.map((type) => (type === "str" ? { ...text, autoComplete: search } : type)),
    );
  }

  /** Shows those elements of an open form that carry a value in the list of their `data-<key>`, and hides the others. */
  function showOnly(elements, key, value) {
    elements.each((_, element) => {
      $(element).toggle($(element).data(key).split(" ").includes(value));
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
    ...{ orEmpty, isNumber, isPositive, isWhole, isCount, isIccid, isBaseUrl, urlOf, isFingerprint, isKind },
    ...{ accepting, acceptingTyped, whereKnown, current },
    ...{ requiredConfig, requiredGateway, capableGateway, optionalGateway, isNone, keepConfig },
    ...{ kinds: KINDS, kindOf, knows, timeoutOf, rowsByKind },
    ...{ showDefaults, offerSaved, cleanFingerprint, openChanged, showTyped, showTypedWith, showOnly, names },
    // As the forms before those of Super SIM call it.
    keepGateway: keepConfig,
  };
})();
