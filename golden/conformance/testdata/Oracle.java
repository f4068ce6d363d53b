import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.app.event.EventCartridge;
import org.apache.velocity.app.event.InvalidReferenceEventHandler;
import org.apache.velocity.context.Context;
import org.apache.velocity.exception.ParseErrorException;
import org.apache.velocity.util.introspection.Info;

/** Renders templates, one JSON line each, with Velocity 1.7 and the variables and traits of API Gateway. */
public class Oracle {
    public static void main(String[] args) throws Exception {
        VelocityEngine engine = engine();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "US-ASCII");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(engine, (Map<?, ?>) ordered(line)));
        }
        out.flush();
    }

    static VelocityEngine engine() throws Exception {
        VelocityEngine engine = new VelocityEngine();
        engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.setProperty("velocimacro.library", "");
        engine.setProperty("velocimacro.permissions.allow.inline", "false"); // #macro defines and prints nothing
        engine.setProperty("directive.foreach.maxloops", "1000");
        engine.init();
        return engine;
    }

    /** Text as JSON, in the order in which it stands. */
    static Object ordered(String text) { return Configuration.defaultConfiguration().jsonProvider().parse(text); }

    static String answer(VelocityEngine engine, Map<?, ?> row) {
        StringWriter written = new StringWriter();
        String failure = "";
        try {
            engine.evaluate(context(row), written, "row", text(row.get("template")));
        } catch (ParseErrorException e) {
            failure = "parse: " + e.getMessage();
        } catch (Throwable e) {
            failure = "render: " + e;
        }
        return "{\"Output\":" + quoted(written.toString()) + ",\"Error\":" + quoted(failure) + "}";
    }

    static String text(Object o) { return o == null ? "" : o.toString(); }

    /** As UTF-8 would carry it: a surrogate alone is a question mark. */
    static String quoted(String s) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : new String(s.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).toCharArray()) {
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                b.append(String.format("\\u%04x", (int) c));
            } else {
                b.append(c);
            }
        }
        return b.append('"').toString();
    }

    static VelocityContext context(Map<?, ?> row) {
        VelocityContext context = new VelocityContext();
        Map<?, ?> given = map(row.get("given"));
        for (Map.Entry<?, ?> e : given.entrySet()) {
            context.put(text(e.getKey()), plain(e.getValue()));
        }
        Map<?, ?> input = map(row.get("input"));
        context.put("input", new Input(input));
        context.put("util", new Util());
        context.put("stageVariables", new LinkedHashMap<Object, Object>(map(row.get("stageVariables"))));
        context.put("context", requestContext(map(given.get("context"))));
        EventCartridge events = new EventCartridge();
        events.addEventHandler(new NeverNull());
        events.attachToContext(context);
        return context;
    }

    static Map<?, ?> map(Object o) { return o instanceof Map ? (Map<?, ?>) o : new HashMap<Object, Object>(); }

    /** Given variables are Java's own lists and maps, as those that templates make. */
    static Object plain(Object o) {
        if (o instanceof Map) {
            Map<Object, Object> m = new LinkedHashMap<Object, Object>();
            for (Map.Entry<?, ?> e : ((Map<?, ?>) o).entrySet()) {
                m.put(e.getKey(), plain(e.getValue()));
            }
            return m;
        }
        if (o instanceof List) {
            List<Object> l = new ArrayList<Object>();
            for (Object e : (List<?>) o) {
                l.add(plain(e));
            }
            return l;
        }
        return o;
    }

    /** $context: its maps print as nothing. */
    static Map<Object, Object> requestContext(Map<?, ?> given) {
        Map<Object, Object> context = silent(given);
        for (String name : new String[] {"requestOverride", "responseOverride"}) {
            Map<Object, Object> override = new Silent();
            override.put("header", new Silent());
            if (name.equals("requestOverride")) {
                override.put("path", new Silent());
                override.put("querystring", new Silent());
            }
            context.put(name, override);
        }
        return context;
    }

    static Map<Object, Object> silent(Map<?, ?> from) {
        Map<Object, Object> m = new Silent();
        for (Map.Entry<?, ?> e : from.entrySet()) {
            m.put(e.getKey(), e.getValue() instanceof Map ? silent((Map<?, ?>) e.getValue()) : e.getValue());
        }
        return m;
    }

    public static class Silent extends HashMap<Object, Object> {
        public String toString() { return ""; }
    }

    /** A reference that would be null is the empty text. */
    public static class NeverNull implements InvalidReferenceEventHandler {
        public Object invalidGetMethod(Context c, String reference, Object o, String property, Info i) { return ""; }
        public Object invalidMethod(Context c, String reference, Object o, String method, Info i) { return ""; }
        public boolean invalidSetMethod(Context c, String left, String right, Info i) { return false; }
    }

    /** $input. */
    public static class Input {
        private final String body;
        private final Map<Object, Object> parameters = new LinkedHashMap<Object, Object>();
        private Object document;
        private boolean parsed;

        Input(Map<?, ?> given) {
            body = text(given.get("body"));
            parameters.put("path", new LinkedHashMap<Object, Object>(map(given.get("path"))));
            parameters.put("querystring", new LinkedHashMap<Object, Object>(map(given.get("querystring"))));
            Map<Object, Object> header = new TreeMap<Object, Object>((a, b) -> text(a).compareToIgnoreCase(text(b)));
            header.putAll(map(given.get("header")));
            parameters.put("header", header);
        }

        public String getBody() { return body.isEmpty() ? "{}" : body; }

        public Object path(Object path) {
            if (!parsed) {
                document = ordered(getBody());
                parsed = true;
            }
            JsonPath compiled = JsonPath.compile(text(path));
            if (document == null) { // the library refuses a document that is null
                return null;
            }
            try {
                return compiled.read(document, Configuration.defaultConfiguration());
            } catch (PathNotFoundException e) {
                return null;
            }
        }

        public String json(Object path) {
            Object found = path(path);
            return found == null ? "\"\"" : JSONValue.toJSONString(found, JSONStyle.LT_COMPRESS);
        }

        public Object params() { return parameters; }

        public Object params(Object name) {
            for (Object of : parameters.values()) {
                Object found = ((Map<?, ?>) of).get(text(name));
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
    }

    /** $util. */
    public static class Util {
        public String escapeJavaScript(Object o) { return StringEscapeUtils.escapeJavaScript(text(o)); }
        public Object parseJson(Object o) { return ordered(text(o)); }
        public String urlEncode(Object o) throws Exception { return URLEncoder.encode(text(o), "UTF-8"); }
        public String urlDecode(Object o) throws Exception { return URLDecoder.decode(text(o), "UTF-8"); }
        public String base64Encode(Object o) {
            return Base64.getEncoder().encodeToString(text(o).getBytes(StandardCharsets.UTF_8));
        }
        public String base64Decode(Object o) {
            return new String(Base64.getDecoder().decode(text(o)), StandardCharsets.UTF_8);
        }
    }
}
