@main
enum DemoCommand {
    static func main() {
        print("deepseek-demo")
    }
}
