import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.HashMap;
import java.util.Map;

import org.apache.velocity.Template;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.runtime.RuntimeInstance;

/** Renders a template over a payload again and again: Photos TEMPLATE PAYLOAD ROUNDS. */
public class Photos {
    public static void main(String[] args) throws Exception {
        String text = new String(Files.readAllBytes(Paths.get(args[0])), StandardCharsets.UTF_8);
        String body = new String(Files.readAllBytes(Paths.get(args[1])), StandardCharsets.UTF_8);
        RuntimeInstance runtime = new RuntimeInstance();
        runtime.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        runtime.setProperty("velocimacro.library", "");
        runtime.init();
        Template template = new Template();
        template.setRuntimeServices(runtime);
        template.setData(runtime.parse(new StringReader(text), "photos"));
        template.initDocument();
        Map<String, String> request = new HashMap<String, String>();
        request.put("body", body);
        String out = "";
        for (int i = 0; i < 60000; i++) { // until the JVM has compiled it
            out = render(template, request);
        }
        System.out.println(java.util.Base64.getEncoder().encodeToString(out.getBytes(StandardCharsets.UTF_8)));
        for (int round = 0; round < Integer.parseInt(args[2]); round++) {
            int n = 300;
            long start = System.nanoTime();
            for (int i = 0; i < n; i++) {
                render(template, request);
            }
            System.out.println((System.nanoTime() - start) / (double) n);
        }
    }

    static String render(Template template, Map<String, String> request) {
        VelocityContext context = new VelocityContext();
        context.put("input", new Oracle.Input(request)); // parses the payload when it is asked
        StringWriter out = new StringWriter(1024);
        template.merge(context, out);
        return out.toString();
    }
}
